"""What every part stands on: files that appear whole, devices, memory, progress, the version of the code."""
