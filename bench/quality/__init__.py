"""Quality on real data: each module measures one data set, `python -m bench.quality` all that are there."""
