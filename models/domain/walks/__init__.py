"""巡查: a round through the rooms; its findings become one rectification notice 整改通知单 and its orders."""
