"""Where activations come from: networks over latents, pictures or scenes, bundled and of one's own."""
