"""The top sections of hashtag and place pages: ranked media of which a share is of verified accounts."""
