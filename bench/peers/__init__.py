"""The peers: other engines, loaded with the same facts and asked the same questions in the form that suits each best."""

from bench.peers.protocol import PEERS, Form, Loaded, Peer, make_peer

__all__ = ["PEERS", "Form", "Loaded", "Peer", "make_peer"]
