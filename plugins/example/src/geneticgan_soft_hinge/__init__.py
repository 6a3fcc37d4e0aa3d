"""The soft-hinge objective."""

from torch.nn.functional import softplus

from geneticgan import Mutation


class SoftHinge(Mutation):
    """E[softplus(margin - D(G(z)))]: a hinge without a corner.

    Parameters
    ----------
    margin : float
        Logit around which images begin to be good enough.
    """

    def __init__(self, margin: float = 1.0) -> None:
        self.margin = margin

    def loss(self, fake, real):
        """Return the mean of softplus(margin - s); never negative."""
        return softplus(self.margin - fake).mean()
