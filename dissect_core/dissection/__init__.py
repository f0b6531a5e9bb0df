"""What every unit of a layer stands for: thresholds, IoU, labels and best images."""
