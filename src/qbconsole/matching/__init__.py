"""The desk of unmatched companies: which CRM company is which QuickBooks customer."""
