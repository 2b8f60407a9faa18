"""`handrail serve --lan`: a trusted https name on a local network, without the internet and without anybody else's certificate."""
