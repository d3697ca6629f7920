"""Payments as the file that a rail takes: one file each, one shape.

A rail says which currencies it takes and how many payments a file may have; `check` tells what is wrong with a payment
before anything is claimed, and `write` makes a file of payments of one currency and one form. What a bank answers is
read in `bankreport`.
"""
