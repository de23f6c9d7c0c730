"""The design system «Кабинет ОМС»: one look for every face."""
