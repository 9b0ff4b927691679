"""Measurements made by hand and reported: accuracy against labelled data, speed against an anchor. Never shipped."""
