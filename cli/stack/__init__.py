"""The selected Pulumi stack, as the verbs use it."""
