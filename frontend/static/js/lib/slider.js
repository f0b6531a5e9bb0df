/** The slider's look: as many square cells as its `data-cells` says, lit up to the thumb. */

/** Show the value that the input has now. @param {HTMLInputElement} input */
export function lightCells(input) {
  const cells = input.parentElement?.dataset["cells"] ?? "16";
  const share = (Number(input.value) - Number(input.min)) / (Number(input.max) - Number(input.min));
  input.style.setProperty("--cell", `calc((100% + 2px) / ${cells})`);
  input.style.setProperty("--fill", `${share * 100}%`);
}
