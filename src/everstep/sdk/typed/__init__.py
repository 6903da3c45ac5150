"""Values that come back as the type that their annotation names.

    codec_for(annotation)      value <-> plain data
    TypedSerDes(annotation)    value <-> text, as a serializer
    result_annotation(func)    the annotation of what a function returns

Import it late: who has no annotated results need not pay for it.
"""

from everstep.sdk.typed.annotations import result_annotation
from everstep.sdk.typed.codec import Codec, TypedSerDes, codec_for

__all__ = ["Codec", "TypedSerDes", "codec_for", "result_annotation"]
