"""How every page looks and speaks: base page, components, tokens, the refusal catalogue, the headers that keep a reader safe."""
