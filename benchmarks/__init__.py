"""Measurements that are run by hand; nothing here runs in a test."""
