"""What can be seen in a picture: objects, parts, materials, colours and halves, and where."""
