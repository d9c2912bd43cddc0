rem
