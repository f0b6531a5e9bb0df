"""The `unitbrush` commands that need no server: a table, from which each is imported when it is run."""

from __future__ import annotations

from dissect_core.commands.lazy import Home

COMMANDS = {
    "world": Home("dissect_core.commands.world:world", "Paint a contact sheet of a storybook world."),
    "sample": Home("dissect_core.commands.sample:sample", "Write a contact sheet of generated images."),
    "dissect": Home(
        "dissect_core.commands.dissect:dissect_command",
        "Dissect a network: what every unit of every layer looks for.",
    ),
    "gallery": Home(
        "dissect_core.commands.gallery:gallery", "Draw the best images of every dissected unit, for the pages."
    ),
    "units": Home(
        "dissect_core.commands.units:units",
        "List the units that stand most clearly for something: the best one of every concept, highest IoU first.",
    ),
    "report": Home(
        "dissect_core.commands.report:report",
        "Write what was found in a network as pages that open from disk: a chart and the units of every layer.",
    ),
    "brushes": Home(
        "dissect_core.commands.measure:brushes",
        "Choose the brushes of a generator by measurement, measure them on unseen images, print the table.",
    ),
    "quality": Home(
        "dissect_core.commands.measure:quality",
        "Measure a generator against its world and write the figures into its card.",
    ),
    "judge": Home(
        "dissect_core.commands.judge:judge",
        "Compare a generator's pictures with painted ones in features from elsewhere; written into its card.",
    ),
    "additions": Home(
        "dissect_core.commands.judge:additions",
        "Measure brushes by new things in free places of consecutive images, or draw these strokes for the eye.",
    ),
    "fetch": Home(
        "dissect_core.commands.fetch:fetch_command",
        "Download a published generator, verify it and put it beside the storybook networks.",
    ),
}
TRAINING = {
    "generator": Home(
        "dissect_core.commands.train:generator",
        "Train a generator by its configuration and publish it; run again to resume.",
    ),
    "segmenter": Home(
        "dissect_core.commands.train:segmenter",
        "Train the segmenter on all worlds, measure it on held-out scenes and publish it; run again to resume.",
    ),
    "classifier": Home(
        "dissect_core.commands.train:classifier",
        "Train the scene classifier, measure it on held-out scenes and publish it; run again to resume.",
    ),
}
"""Those of `unitbrush train`."""

EXPERIMENTS = {
    "units": Home(
        "dissect_core.commands.experiment:units",
        "Fig. 1F, 3F: how well single units tell pictures with their concept from others, by their peak alone.",
    ),
    "classes": Home(
        "dissect_core.commands.experiment:classes",
        "Fig. 2: which units matter to which class, and what is left of the classes without them.",
    ),
    "remove": Home(
        "dissect_core.commands.experiment:remove",
        "Fig. 4A and 4B: remove the units of a concept, count what disappears and what appears instead.",
    ),
    "insert": Home(
        "dissect_core.commands.experiment:insert",
        "Fig. 4C and 4D: set the units of a concept at single cells, count where it takes.",
    ),
}
"""Those of `unitbrush experiment`."""
