"""The success metrics of the product, measured on a real control plane, beside those of the requirement's own script."""
