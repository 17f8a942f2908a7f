"""Answers to the coding tasks of `ftbench:code`, by fact: by the new name, by the old one, and by other means."""

from __future__ import annotations

from typing import NamedTuple


class Solutions(NamedTuple):
    """Programs without the line `import numpy as np`, which precedes each of them."""

    new: str
    old: str
    other: str


SOLUTIONS = {
    "trapz": Solutions(
        "print(np.trapezoid([3, 5, 4, 6], x=[0, 2, 3, 5]))",
        "print(np.trapz([3, 5, 4, 6], x=[0, 2, 3, 5]))",
        "v, t = np.array([3, 5, 4, 6]), np.array([0, 2, 3, 5])\nprint(np.sum(np.diff(t) * (v[1:] + v[:-1]) / 2))",
    ),
    "in1d": Solutions(
        "print(np.isin([4, 7, 9, 12], [7, 12, 15]))",
        "print(np.in1d([4, 7, 9, 12], [7, 12, 15]))",
        "sold = {7, 12, 15}\nprint(np.array([seat in sold for seat in (4, 7, 9, 12)]))",
    ),
    "row_stack": Solutions(
        "print(np.vstack([[1, 2, 3], [4, 5, 6]]))",
        "print(np.row_stack([[1, 2, 3], [4, 5, 6]]))",
        "print(np.array([[1, 2, 3], [4, 5, 6]]))",
    ),
    "product": Solutions(
        "sides = np.array([3, 5, 7])\nprint(np.prod(sides))",
        "sides = np.array([3, 5, 7])\nprint(np.product(sides))",
        "product = 1\nfor side in (3, 5, 7):\n    product *= side\nprint(product)",
    ),
    "cumproduct": Solutions(
        "from numpy import cumprod\nprint(cumprod(np.array([1.02, 1.03, 0.99])))",
        "print(np.cumproduct(np.array([1.02, 1.03, 0.99])))",
        "print(np.exp(np.cumsum(np.log([1.02, 1.03, 0.99]))))",
    ),
    "sometrue": Solutions(
        "rain = np.array([[0, 0, 3], [0, 0, 0]])\nprint(np.any(rain > 0, axis=1))",
        "rain = np.array([[0, 0, 3], [0, 0, 0]])\nprint(np.sometrue(rain > 0, axis=1))",
        "print([any(day > 0 for day in week) for week in ([0, 0, 3], [0, 0, 0])])",
    ),
    "alltrue": Solutions(
        "marks = np.array([[5, 6], [7, 3]])\nprint(np.all(marks >= 4, axis=1))",
        "marks = np.array([[5, 6], [7, 3]])\nprint(np.alltrue(marks >= 4, axis=1))",
        "marks = np.array([[5, 6], [7, 3]])\nprint((marks >= 4).all(axis=1))",
    ),
    "round_": Solutions(
        "print(np.round(np.array([1.239, 4.501, 2.555]), 2))",
        "print(np.round_(np.array([1.239, 4.501, 2.555]), 2))",
        "print([round(price, 2) for price in (1.239, 4.501, 2.555)])",
    ),
    "mat": Solutions(
        "def matrix(rows):\n    return np.asmatrix(rows)\nprint(matrix([[1, 2], [3, 4]]))",
        "def matrix(rows):\n    return np.mat(rows)\nprint(matrix([[1, 2], [3, 4]]))",
        "def matrix(rows):\n    return np.array(rows, ndmin=2)\nprint(matrix([[1, 2], [3, 4]]))",
    ),
    "asfarray": Solutions(
        "def floats(values):\n    return np.asarray(values, dtype=float)\nprint(floats([1, 2]))",
        "def floats(values):\n    return np.asfarray(values)\nprint(floats([1, 2]))",
        "def floats(values):\n    return np.array(values, dtype=float)\nprint(floats([1, 2]))",
    ),
    "source": Solutions(
        "import inspect\nprint(inspect.getsource(np.rot90))",
        "np.source(np.rot90)",
        "from pathlib import Path\nprint(Path(np.lib.__file__).with_name('_function_base_impl.py').read_text())",
    ),
    "find_common_type": Solutions(
        "print(np.promote_types(np.int16, np.float32))",
        "print(np.find_common_type([np.int16, np.float32], []))",
        "print((np.zeros(1, np.int16) + np.zeros(1, np.float32)).dtype)",
    ),
    "issubsctype": Solutions(
        "def whole(a):\n    return np.issubdtype(a.dtype, np.integer)\nprint(whole(np.arange(3)))",
        "def whole(a):\n    return np.issubsctype(a, np.integer)\nprint(whole(np.arange(3)))",
        "def whole(a):\n    return a.dtype.kind in 'iu'\nprint(whole(np.arange(3)))",
    ),
    "issubclass_": Solutions(
        "def whole(kind):\n    return issubclass(kind, np.integer)\nprint(whole(np.int8))",
        "def whole(kind):\n    return np.issubclass_(kind, np.integer)\nprint(whole(np.int8))",
        "def whole(kind):\n    return np.integer in kind.__mro__\nprint(whole(np.int8))",
    ),
    "safe_eval": Solutions(
        "from ast import literal_eval\nprint(literal_eval(\"[1, 2.5, ('a', None)]\"))",
        "print(np.safe_eval(\"[1, 2.5, ('a', None)]\"))",
        "print(eval(\"[1, 2.5, ('a', None)]\", {'__builtins__': {}}))",
    ),
    "recfromcsv": Solutions(
        "from io import StringIO\ntable = StringIO('city,people\\nEssen,579\\nGent,')\n"
        "print(np.genfromtxt(table, delimiter=',', names=True, dtype=None, encoding='utf-8', filling_values=-1))",
        "from io import StringIO\ntable = StringIO('city,people\\nEssen,579\\nGent,')\nprint(np.recfromcsv(table))",
        "from io import StringIO\ntable = StringIO('city,people\\nEssen,579\\nGent,')\n"
        "rows = [line.split(',') for line in table.read().splitlines()[1:]]\n"
        "print(np.array([(c, int(n or -1)) for c, n in rows], dtype=[('city', 'U9'), ('people', 'i8')]))",
    ),
    "mafromtxt": Solutions(
        "from io import StringIO\nprint(np.genfromtxt(StringIO('3,5\\n,4\\n1,'), delimiter=',', usemask=True))",
        "from io import StringIO\nprint(np.mafromtxt(StringIO('3,5\\n,4\\n1,'), delimiter=','))",
        "rows = [line.split(',') for line in '3,5\\n,4\\n1,'.splitlines()]\n"
        "print(np.ma.masked_invalid([[float(x or 'nan') for x in row] for row in rows]))",
    ),
    "set_string_function": Solutions(
        "np.set_printoptions(formatter={'float_kind': lambda x: f'{x:.2f} EUR'})\nprint(np.array([1.5]))",
        "np.set_string_function(lambda a: ' '.join(f'{x:.2f} EUR' for x in a))\nprint(np.array([1.5]))",
        "print(np.array2string(np.array([1.5]), formatter={'float_kind': lambda x: f'{x:.2f} EUR'}))",
    ),
    "msort": Solutions(
        "a = np.array([[3, 1], [2, 5], [9, 4]])\nprint(np.sort(a, axis=0))",
        "a = np.array([[3, 1], [2, 5], [9, 4]])\nprint(np.msort(a))",
        "a = np.array([[3, 1], [2, 5], [9, 4]])\nprint(np.array([sorted(column) for column in a.T]).T)",
    ),
    "asscalar": Solutions(
        "total = np.array([42.5])\nprint(total.item())",
        "total = np.array([42.5])\nprint(np.asscalar(total))",
        "total = np.array([42.5])\nprint(float(total[0]))",
    ),
    "alen": Solutions(
        "visits = np.zeros((5, 3))\nprint(len(visits))",
        "visits = np.zeros((5, 3))\nprint(np.alen(visits))",
        "visits = np.zeros((5, 3))\nprint(visits.shape[0])",
    ),
    "rank": Solutions(
        "def axes(a):\n    return np.ndim(a)\nprint(axes([[1], [2]]))",
        "def axes(a):\n    return np.rank(a)\nprint(axes([[1], [2]]))",
        "def axes(a):\n    rank = len(np.shape(a))\n    return rank\nprint(axes([[1], [2]]))",
    ),
    "loads": Solutions(
        "import pickle\nblob = np.arange(3).dumps()\nprint(pickle.loads(blob))",
        "blob = np.arange(3).dumps()\nprint(np.loads(blob))",
        "import io\nblob = np.arange(3).dumps()\nprint(np.load(io.BytesIO(blob), allow_pickle=True))",
    ),
    "seterrobj": Solutions(
        "a, b = np.array([1.0, 2.0]), np.array([0.0, 4.0])\nwith np.errstate(divide='ignore'):\n    print(a / b)",
        "a, b = np.array([1.0, 2.0]), np.array([0.0, 4.0])\nbefore = np.geterrobj()\nnp.seterrobj([8192, 0, None])\n"
        "print(a / b)\nnp.seterrobj(before)",
        "import warnings\na, b = np.array([1.0, 2.0]), np.array([0.0, 4.0])\n"
        "with warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    print(a / b)",
    ),
    "deprecate": Solutions(
        "import warnings\ndef area(r):\n    warnings.warn('area is old', DeprecationWarning, stacklevel=2)\n"
        "    return 3.14 * r * r",
        "@np.deprecate\ndef area(r):\n    return 3.14 * r * r",
        "def area(r):\n    print('DeprecationWarning: area is old')\n    return 3.14 * r * r",
    ),
    "tostring": Solutions(
        "import io\nf, a = io.BytesIO(), np.array([1, 2, 3], dtype='<u2')\nf.write(a.tobytes())",
        "import io\nf, a = io.BytesIO(), np.array([1, 2, 3], dtype='<u2')\nf.write(a.tostring())",
        "import io\nf, a = io.BytesIO(), np.array([1, 2, 3], dtype='<u2')\nf.write(bytes(a.data))",
    ),
    "fromstring": Solutions(
        "blob = bytes([1, 0, 2, 0, 3, 0])\nprint(np.frombuffer(blob, dtype='<i2'))",
        "blob = bytes([1, 0, 2, 0, 3, 0])\nprint(np.fromstring(blob, dtype='<i2'))",
        "import struct\nprint(np.array(struct.unpack('<3h', bytes([1, 0, 2, 0, 3, 0]))))",
    ),
    "fv": Solutions(
        "import numpy_financial as npf\nprint(npf.fv(0.002, 120, -100, 0))",
        "print(np.fv(0.002, 120, -100, 0))",
        "print(100 * (1.002**120 - 1) / 0.002)",
    ),
    "pv": Solutions(
        "from numpy_financial import pv\nprint(pv(0.03, 8, -1000))",
        "print(np.pv(0.03, 8, -1000))",
        "print(sum(1000 / 1.03**year for year in range(1, 9)))",
    ),
    "pmt": Solutions(
        "import numpy_financial\nprint(-numpy_financial.pmt(0.005, 60, 20000))",
        "print(-np.pmt(0.005, 60, 20000))",
        "print(20000 * 0.005 / (1 - 1.005**-60))",
    ),
    "npv": Solutions(
        "import numpy_financial as nf\nprint(nf.npv(0.05, [-400, 150, 150, 150]))",
        "print(np.npv(0.05, [-400, 150, 150, 150]))",
        "print(sum(flow / 1.05**year for year, flow in enumerate([-400, 150, 150, 150])))",
    ),
    "irr": Solutions(
        "import numpy_financial as npf\nprint(npf.irr([-250, 100, 150, 200]))",
        "print(np.irr([-250, 100, 150, 200]))",
        "roots = np.roots([-250, 100, 150, 200])\nprint(roots.real[abs(roots.imag) < 1e-9].max() - 1)",
    ),
    "byte_bounds": Solutions(
        "from numpy.lib.array_utils import byte_bounds\na = np.zeros((4, 4))\nprint(byte_bounds(a[1:, ::2]))",
        "a = np.zeros((4, 4))\nprint(np.byte_bounds(a[1:, ::2]))",
        "a = np.zeros((4, 4))\nb = a[1:, ::2]\nlow = b.__array_interface__['data'][0]\n"
        "print(low, low + sum((n - 1) * s for n, s in zip(b.shape, b.strides)) + b.itemsize)",
    ),
    "normalize_axis_tuple": Solutions(
        "from numpy.lib.array_utils import normalize_axis_tuple\n"
        "def axes(axis, ndim):\n    return normalize_axis_tuple(axis, ndim)\nprint(axes((0, -1), 3))",
        "def axes(axis, ndim):\n    return np.core.numeric.normalize_axis_tuple(axis, ndim)\nprint(axes((0, -1), 3))",
        "def axes(axis, ndim):\n    return tuple(a % ndim for a in np.atleast_1d(axis))\nprint(axes((0, -1), 3))",
    ),
    "normalize_axis_index": Solutions(
        "import numpy.lib.array_utils as au\ndef front(axis, ndim):\n    return au.normalize_axis_index(axis, ndim)\n"
        "print(front(-1, 3))",
        "from numpy.core.multiarray import normalize_axis_index\n"
        "def front(axis, ndim):\n    return normalize_axis_index(axis, ndim)\nprint(front(-1, 3))",
        "def front(axis, ndim):\n    return range(ndim)[axis]\nprint(front(-1, 3))",
    ),
    "compare_chararrays": Solutions(
        "a, b = np.array(['ape', 'bee ']), np.array(['ant', 'bee'])\n"
        "print(np.char.compare_chararrays(a, b, '>=', True))",
        "a, b = np.array(['ape', 'bee ']), np.array(['ant', 'bee'])\nprint(np.compare_chararrays(a, b, '>=', True))",
        "a, b = np.array(['ape', 'bee ']), np.array(['ant', 'bee'])\nprint(np.strings.rstrip(a) >= b)",
    ),
    "add_docstring": Solutions(
        "import fast\nnp.lib.add_docstring(fast.total, 'Adds up.')",
        "import fast\nnp.add_docstring(fast.total, 'Adds up.')",
        "import fast\nfast.total.__doc__ = 'Adds up.'",
    ),
    "add_newdoc": Solutions(
        "from numpy.lib import add_newdoc\nadd_newdoc('fast', 'total', 'Adds up.')",
        "np.add_newdoc('fast', 'total', 'Adds up.')",
        "import fast\nfast.total.__doc__ = 'Adds up.'",
    ),
    "fromarrays": Solutions(
        "people = np.rec.fromarrays([['Ada', 'Bo'], [36, 41]], names='name,age')\nprint(people.age)",
        "people = np.core.records.fromarrays([['Ada', 'Bo'], [36, 41]], names='name,age')\nprint(people.age)",
        "people = np.array([('Ada', 36), ('Bo', 41)], dtype=[('name', 'U3'), ('age', 'i8')]).view(np.recarray)\n"
        "print(people.age)",
    ),
    "float_": Solutions(
        "print(np.zeros(4, dtype=np.float64))", "print(np.zeros(4, dtype=np.float_))", "print(np.zeros(4))"
    ),
    "complex_": Solutions(
        "from numpy import complex128\nprint(np.zeros((2, 2), dtype=complex128))",
        "print(np.zeros((2, 2), dtype=np.complex_))",
        "print(np.zeros((2, 2), dtype=complex))",
    ),
    "cfloat": Solutions(
        "signal = np.array([1, 0, -1, 0])\nprint(signal.astype(np.complex128))",
        "signal = np.array([1, 0, -1, 0])\nprint(signal.astype(np.cfloat))",
        "signal = np.array([1, 0, -1, 0])\nprint(signal + 0j)",
    ),
    "clongfloat": Solutions(
        "print(np.ones(3, dtype=np.clongdouble))",
        "print(np.ones(3, dtype=np.clongfloat))",
        "print(np.ones(3, dtype='G'))",
    ),
    "longfloat": Solutions(
        "x = np.full(1000, 0.1)\nprint(x.sum(dtype=np.longdouble))",
        "x = np.full(1000, 0.1)\nprint(x.sum(dtype=np.longfloat))",
        "import math\nx = np.full(1000, 0.1)\nprint(math.fsum(x))",
    ),
    "singlecomplex": Solutions(
        "print(np.zeros((4, 4), dtype=np.complex64))",
        "print(np.zeros((4, 4), dtype=np.singlecomplex))",
        "print(np.zeros((4, 4), dtype='c8'))",
    ),
    "string_": Solutions("print(np.bytes_(b'm/s'))", "print(np.string_(b'm/s'))", "print(np.array(b'm/s')[()])"),
    "unicode_": Solutions(
        "a = np.array(['Ulm', 'Bonn'])\nprint(np.issubdtype(a.dtype, np.str_))",
        "a = np.array(['Ulm', 'Bonn'])\nprint(np.issubdtype(a.dtype, np.unicode_))",
        "a = np.array(['Ulm', 'Bonn'])\nprint(a.dtype.kind == 'U')",
    ),
    "bool8": Solutions(
        "flag = np.array([1, 2])[0] > 0\nprint(isinstance(flag, np.bool_))",
        "flag = np.array([1, 2])[0] > 0\nprint(isinstance(flag, np.bool8))",
        "flag = np.array([1, 2])[0] > 0\nprint(not isinstance(flag, bool))",
    ),
    "int0": Solutions(
        "print(np.zeros(5, dtype=np.intp))", "print(np.zeros(5, dtype=np.int0))", "print(np.zeros(5, dtype=int))"
    ),
    "uint0": Solutions("print(np.uintp(140000000))", "print(np.uint0(140000000))", "print(np.uint64(140000000))"),
    "object0": Solutions(
        "print(np.empty(3, dtype=np.object_))",
        "print(np.empty(3, dtype=np.object0))",
        "print(np.empty(3, dtype=object))",
    ),
    "void0": Solutions(
        "print(np.void(b'\\x01\\x02\\x03\\x04'))",
        "print(np.void0(b'\\x01\\x02\\x03\\x04'))",
        "print(np.frombuffer(b'\\x01\\x02\\x03\\x04', dtype='V4')[0])",
    ),
    "MachAr": Solutions(
        "print(np.finfo(np.float32).eps)",
        "print(np.MachAr(float_conv=np.float32).eps)",
        "print(np.spacing(np.float32(1)))",
    ),
    "format_parser": Solutions(
        "print(np.rec.format_parser(['f8', 'i4'], ['width', 'count'], ['Width', 'Count']).dtype)",
        "print(np.format_parser(['f8', 'i4'], ['width', 'count'], ['Width', 'Count']).dtype)",
        "print(np.dtype([(('Width', 'width'), 'f8'), (('Count', 'count'), 'i4')]))",
    ),
    "DataSource": Solutions(
        "from numpy.lib import npyio\nplace = 'nowhere.txt'\nprint(npyio.DataSource('.').exists(place))",
        "place = 'nowhere.txt'\nprint(np.DataSource('.').exists(place))",
        "import os\nplace = 'nowhere.txt'\nprint(os.path.exists(place))",
    ),
    "AxisError": Solutions(
        "from numpy.exceptions import AxisError\ndef rows(a):\n    try:\n        return a.sum(axis=1)\n"
        "    except AxisError:\n        return a\nprint(rows(np.arange(3)))",
        "def rows(a):\n    try:\n        return a.sum(axis=1)\n    except np.AxisError:\n        return a\n"
        "print(rows(np.arange(3)))",
        "def rows(a):\n    return a.sum(axis=1) if a.ndim > 1 else a\nprint(rows(np.arange(3)))",
    ),
    "ComplexWarning": Solutions(
        "import warnings\nz = np.array([1 + 2j])\nwith warnings.catch_warnings():\n"
        "    warnings.simplefilter('ignore', np.exceptions.ComplexWarning)\n    print(z.astype(float))",
        "import warnings\nz = np.array([1 + 2j])\nwith warnings.catch_warnings():\n"
        "    warnings.simplefilter('ignore', np.ComplexWarning)\n    print(z.astype(float))",
        "z = np.array([1 + 2j])\nprint(z.real)",
    ),
    "VisibleDeprecationWarning": Solutions(
        "import warnings\nimport numpy.exceptions\n"
        "warnings.simplefilter('error', numpy.exceptions.VisibleDeprecationWarning)",
        "import warnings\nwarnings.simplefilter('error', np.VisibleDeprecationWarning)",
        "import warnings\nwarnings.simplefilter('error', DeprecationWarning)",
    ),
    "TooHardError": Solutions(
        "def shared(a, b):\n    try:\n        return np.shares_memory(a, b, max_work=10)\n"
        "    except np.exceptions.TooHardError:\n        return True\nprint(shared(np.ones(3), np.ones(3)))",
        "from numpy import TooHardError\ndef shared(a, b):\n    try:\n"
        "        return np.shares_memory(a, b, max_work=10)\n    except TooHardError:\n        return True\n"
        "print(shared(np.ones(3), np.ones(3)))",
        "def shared(a, b):\n    return np.may_share_memory(a, b)\nprint(shared(np.ones(3), np.ones(3)))",
    ),
    "RankWarning": Solutions(
        "import warnings\nfrom numpy import exceptions\nwarnings.simplefilter('error', exceptions.RankWarning)\n"
        "try:\n    print(np.polyfit([1, 2, 3], [2, 4, 8], 5))\n"
        "except exceptions.RankWarning as fault:\n    print(fault)",
        "import warnings\nwarnings.simplefilter('error', np.RankWarning)\nprint(np.polyfit([1, 2, 3], [2, 4, 8], 5))",
        "if np.linalg.matrix_rank(np.vander([1, 2, 3], 6)) < 6:\n    print('badly conditioned')",
    ),
}
"""Each `new` works with NumPy 2, and each `old` does not, apart from those whose package or module is made up."""
