"""HubSpot's side of the simulator: a portal of CRM records and the wire format that it speaks."""
