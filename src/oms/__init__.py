"""OpenOMS: citizen portal and back office of Russian compulsory medical insurance (ОМС)."""
