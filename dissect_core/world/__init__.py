"""The procedural storybook worlds and their exact labels."""
