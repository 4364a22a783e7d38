"""The firehose: bytes on the wire → events → mutations, the sources that carry them, and the consumer that applies them."""
