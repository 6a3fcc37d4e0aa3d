"""What is worth knowing of image files before anybody trains on them."""
