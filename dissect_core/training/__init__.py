"""Training of the storybook networks."""
