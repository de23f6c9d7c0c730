"""The portal: visitors and citizens."""
