"""How long things live: Settings → Plan, Privacy → Retention & holds, and each agent's own periods."""
