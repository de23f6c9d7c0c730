"""Children and wards: asked for, confirmed by the fund, under control, ended (ACC-15, BEY-8)."""
