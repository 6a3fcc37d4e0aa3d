"""A trained model as people use it: loaded without its training images, asked, exported."""
