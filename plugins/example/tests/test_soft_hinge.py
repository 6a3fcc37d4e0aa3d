from geneticgan.testing import MutationContract
from geneticgan_soft_hinge import SoftHinge


class TestSoftHinge(MutationContract):
    def make(self):
        return SoftHinge()
