"""Histories for people's eyes: words, figures and timelines. Pure; whoever shows them decides where."""
