"""The command ``ranvier``: ``main`` lists its commands, the other modules hold them."""
