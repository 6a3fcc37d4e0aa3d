"""Pretrained networks and their features."""
