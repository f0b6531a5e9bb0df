/**
 * The nouns of the page, as types only; this module holds no code.
 *
 * Frames: a *lattice* coordinate is an integer 0..4096 over the side of the picture (see geometry.js), so that a
 * painting is the same list of integers in memory, in a link and in a saved file.
 *
 * @typedef {"draw" | "erase"} Mode
 *
 * @typedef {object} Stroke  Immutable once committed.
 * @property {string} id  local name, not part of the document
 * @property {string} brush  id of the brush, e.g. "tree"
 * @property {Mode} mode
 * @property {number} size  diameter in thousandths of the picture's side, 10..500
 * @property {number} strength  percent, 1..100
 * @property {number} count  number of units, 1..64
 * @property {string | null} layer  null = the brush's own
 * @property {readonly number[]} points  flat x, y, pressure, x, y, pressure...; lattice, lattice, 0..255
 * @property {boolean} on  switched off strokes stay in the history
 *
 * @typedef {object} Painting  The whole document: what a link and a saved picture carry.
 * @property {string} model
 * @property {string} [network]  first digits of the SHA-256 of the weights it was painted with
 * @property {number} seed
 * @property {readonly Stroke[]} strokes
 *
 * @typedef {object} Layer
 * @property {string} name
 * @property {number} units
 * @property {number} grid  cells per side
 *
 * @typedef {object} Model
 * @property {string} id
 * @property {string} domain
 * @property {string} title
 * @property {number} resolution
 * @property {string} sha256  of its weights
 * @property {readonly Layer[]} layers
 * @property {readonly string[]} paint_layers
 *
 * @typedef {object} Brush
 * @property {string} id
 * @property {string} concept
 * @property {string} layer
 * @property {readonly number[]} [units]
 * @property {number} default_count
 * @property {number} [example_seed]
 * @property {readonly number[]} [example_box]  x0, y0, x1, y1 in 0..1
 *
 * @typedef {object} Unit  One of the wall.
 * @property {number} unit
 * @property {string | null} label  the concept it matches best, null where it matches none
 * @property {string | null} category
 * @property {number} iou
 * @property {boolean} labelled  whether the match is good enough to count
 * @property {number | null} chance  the IoU that it reaches by chance, null = not counted
 * @property {string} strip  address of its five best images side by side
 *
 * @typedef {{concept: string, category: string, count: number}} Bar  units that are labelled with a concept
 *
 * @typedef {object} Wall  What /units shows; all of it is in the address.
 * @property {string} model  "" = the first
 * @property {string} layer  "" = the one with most labelled units
 * @property {string} concept  "" = all
 * @property {string} category  "" = all
 * @property {string} q  words to search for
 * @property {"iou" | "unit" | "label"} sort
 * @property {number | null} minimum  IoU from which a label counts, null = as dissected
 * @property {readonly number[]} units  only these, in this order; empty = all
 * @property {string} brush  what the brush of these units draws, "" = not said
 *
 * @typedef {object} LayerSummary
 * @property {string} layer
 * @property {number} units
 * @property {number} grid
 * @property {number} labelled
 * @property {number | null} by_chance  how many would be by chance, null = not counted
 * @property {Readonly<Record<string, readonly {concept: string, units: number}[]>>} concepts  by category
 *
 * @typedef {{model: string, minimum_iou: number, layers: readonly LayerSummary[]}} Layers  the dissected ones
 *
 * @typedef {{concept: string, category: string, iou: number}} Match
 *
 * @typedef {object} Evidence  What is known of one unit besides its label.
 * @property {string} model
 * @property {string} layer
 * @property {number} grid  cells per side
 * @property {number} minimum_iou
 * @property {number} threshold  t_u
 * @property {number} mean
 * @property {number} peak
 * @property {number} images
 * @property {{edges: readonly number[], counts: readonly number[]}} histogram
 * @property {readonly Match[]} concepts  best first
 * @property {(Match & {iqr: number, threshold: number}) | null} iclr
 * @property {readonly {rank: number, image: number, score: number, url: string, masked_url: string}[]} top
 * @property {{same: readonly Unit[], previous: number | null, next: number | null}} neighbours
 *
 * @typedef {Unit & Evidence} UnitDetail
 *
 * @typedef {Unit & {activation: number, quantile: number}} Strong  a unit with how active it is at a place
 *
 * @typedef {object} LookQuery  What /look shows; all but a picture of one's own is in the address.
 * @property {string} model  "" = the first
 * @property {string} layer  "" = the one with most labelled units
 * @property {number} seed  of the scene
 * @property {readonly number[]} at  the place: flat x, y, lattice; one pair is a point, more are a brushed line
 * @property {number | null} unit  whose activation lies over the picture
 *
 * @typedef {object} Timeline  Undo and redo of one page of the sketchbook.
 * @property {readonly (readonly Stroke[])[]} past
 * @property {readonly Stroke[]} present
 * @property {readonly (readonly Stroke[])[]} future
 * @property {readonly (readonly Stroke[])[]} kept  one's own that links and files replaced; they outlive a reload
 *
 * @typedef {object} Tool
 * @property {Mode} mode
 * @property {number} size
 * @property {number} strength
 * @property {number} count
 * @property {string | null} layer
 *
 * @typedef {object} Look  How the picture is shown; nothing here changes the painting.
 * @property {boolean} original  held: show the picture without strokes
 * @property {number | null} compare  before/after divider, 0..1
 * @property {boolean} difference
 * @property {boolean} grid
 *
 * @typedef {object} Notice
 * @property {string} text
 * @property {"info" | "error"} tone
 *
 * @typedef {object} Limits
 * @property {number} strokes
 * @property {number} seed
 * @property {number} mask_side_px  largest side of a mask
 * @property {number} level  of a stroke, as a multiple of each unit's 0.99 quantile
 *
 * @typedef {object} State
 * @property {readonly Model[]} models
 * @property {Limits} limits
 * @property {string} model
 * @property {number} seed
 * @property {Readonly<Record<string, Timeline>>} pages  by pageKey(model, seed)
 * @property {Readonly<Record<string, readonly Brush[]>>} brushes  by model, filled as they arrive
 * @property {Readonly<Record<string, string>>} chosen  brush id by model
 * @property {Readonly<Record<string, readonly string[]>>} custom  ids of brushes of chosen units, by model, newest
 *   first
 * @property {Readonly<Record<string, string>>} names  of brushes of chosen units, by id: what the unit stands for
 * @property {Readonly<Record<string, readonly number[]>>} visited  seeds seen in this visit, by model, newest first
 * @property {Readonly<Record<string, number>>} last  the seed each model was left at
 * @property {Tool} tool
 * @property {Stroke | null} draft  the stroke under the pointer
 * @property {string | null} hover  id of the stroke pointed at in the history
 * @property {{x: number, y: number} | null} cursor  keyboard cursor, lattice
 * @property {Look} look
 * @property {"connecting" | "open" | "lost" | "refused"} live  the live connection; refused: the server answers, but not
 *   live
 * @property {"loading" | "settled" | "rendering" | "failed"} picture
 * @property {string} trouble  why the last picture did not come, "" when it did
 * @property {number} frame  counts pictures; views redraw when it changes
 * @property {Notice | null} notice
 * @property {boolean} keys  single-key shortcuts are on
 * @property {boolean} taught  the first-visit hint has been followed or dismissed
 */

export {};
