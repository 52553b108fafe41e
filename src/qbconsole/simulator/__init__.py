"""Local QuickBooks Online and HubSpot servers with one living business behind them.

An independent reading of the vendors' documents: it imports nothing of qbconsole, and nothing of
qbconsole but the commands `demo` and `simulate` imports it.
"""
