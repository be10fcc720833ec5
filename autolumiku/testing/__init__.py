"""What tests and benchmarks share: a showroom on a stage, with the gateway and the model played by doubles on the wire."""
