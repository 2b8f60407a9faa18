"""Tests of consumption."""
