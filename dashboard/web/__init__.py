"""The web server around the Streamlit script: who may pass, headers, and the few routes of our own."""
