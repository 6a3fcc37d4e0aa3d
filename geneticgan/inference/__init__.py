"""Using a trained model: loading it without its training images, predicting, exporting."""
