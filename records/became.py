"""What became of a thing that another system told; the same words wherever one is taken in."""

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
