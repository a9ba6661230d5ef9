"""Records of consent and of opt-outs: that somebody was asked or objected, when, and what was answered. Without content, and apart
from the call, which they outlive [GDPR 7(1); 16 CFR 310.5].
"""
