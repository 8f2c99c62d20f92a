"""Answers of Zerodha to order requests, by the names that conversations use: certain refusals, and doubts."""

REFUSALS: dict[str, tuple[int, str, str]] = {
    "session": (403, "TokenException", "Incorrect `api_key` or `access_token`."),
    "plan": (403, "PermissionException", "Insufficient permission for that call."),
    "address": (
        403,
        "PermissionException",
        "IP (192.0.2.7) is not allowed to place orders for this app. Update allowed IPs on the Kite developer console.",
    ),
    "address-input": (
        400,
        "InputException",
        "IP (192.0.2.7) is not allowed to place orders for this app. Update allowed IPs on the Kite developer console.",
    ),
    "no-address": (403, "PermissionException", "No IPs configured for this app."),
    "rate": (429, "NetworkException", "Too many requests"),
    "day-cap": (429, "NetworkException", "Maximum allowed order requests exceeded"),
    "changes": (429, "NetworkException", "Maximum allowed order modifications exceeded."),
    "margin": (400, "MarginException", "Insufficient funds. Required margin is 228365.92 but available is 228358.50."),
    "margin-unlisted": (400, "MarginException", "Not today."),
    "freeze": (400, "InputException", "The order quantity 2600 (40 lots) is higher than the maximum quantity of 1800."),
    "tick": (400, "InputException", "Tick size for this script is 0.10. Kindly enter price in the multiple of tick"),
    "protection": (400, "InputException", "Market orders without market protection are not allowed via API."),
    "trigger": (400, "InputException", "Trigger price for stoploss sell orders should be lower than the last price"),
    "closed": (400, "InputException", "MIS (intraday) are blocked as the markets are not open for trading today."),
    "untraded": (400, "OrderException", "The order was rejected since there are no trades in this instrument."),
    "field": (400, "InputException", "Missing or empty field `product`"),
    "busy": (400, "InputException", "Order cannot be modified as it is being processed. Try later."),
    "finished": (400, "OrderException", "Order cannot be cancelled as it has already been completed."),
    "held": (400, "InputException", "Insufficient quantity to convert."),
    "depository": (428, "GeneralException", "10 quantity needs authorisation at depository."),
}
"""Answers that say no for certain: status, error type, message."""

DOUBTS: dict[str, tuple[int, str, str]] = {
    "timeout-text": (400, "OrderException", "Order request timed out. Please check the order book and confirm."),
    "unknown-text": (400, "InputException", "The stars are not favourable."),
    "server": (500, "GeneralException", "Something went wrong"),
    "order-500": (500, "OrderException", "Insufficient funds"),
    "oms": (502, "NetworkException", "Request failed (kitetrade-oms)."),
    "api": (503, "NetworkException", "request 0123456789abcdef timed out"),
    "gateway": (504, "DataException", "Gateway timed out"),
    "no-type": (400, "", ""),
}
"""Answers after which nobody knows."""
