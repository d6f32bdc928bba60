"""The portal: pages for people, rendered on the server, in Chinese and English, complete without JavaScript."""
