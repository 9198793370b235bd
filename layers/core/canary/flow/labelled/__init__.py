"""The labelled set through both variants: asked, paired, kept, and continued where it stopped."""
