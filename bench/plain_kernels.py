"""The kernels of control_flow.py: plain Python with type hints, and nothing of any compiler.

The same functions are run as they stand, compiled by numeta (which reads the hints) and compiled by
Numba (which does not). `while`, `break`, `continue`, `if` and the scalars that loops carry are as a
Python programmer would type them. Each kernel leaves its arrays in a state that depends only on
what they were before the call; none overflows.
"""

from __future__ import annotations

from contextlib import suppress

with suppress(ImportError):
    import numeta as nm


def collatz(limit: int) -> int:
    """The start below `limit` with the longest chain; the smallest of them."""
    best = 1
    longest = 1
    for start in range(1, limit):
        value = start
        steps = 1
        while value != 1:
            if value % 2 == 0:  # noqa: SIM108  (a branch is what is measured)
                value = value // 2
            else:
                value = 3 * value + 1
            steps += 1
        if steps > longest:
            longest = steps
            best = start
    return best


def chains(lengths: nm.i8[:], first: int) -> None:
    """The lengths of the chains that start with the numbers from `first` on."""
    for k in range(lengths.shape[0]):
        value = first + k
        steps = 1
        while value != 1:
            if value % 2 == 0:  # noqa: SIM108
                value = value // 2
            else:
                value = 3 * value + 1
            steps += 1
        lengths[k] = steps


def mandelbrot(counts: nm.i4[:, :], most: int) -> None:
    """Steps until the orbit of each point leaves the disc of radius 2, at most `most`."""
    rows = counts.shape[0]
    columns = counts.shape[1]
    for row in range(rows):
        for column in range(columns):
            cx = 3.0 * column / columns - 2.0
            cy = 3.0 * row / rows - 1.5
            x = 0.0
            y = 0.0
            steps = 0
            while steps < most and x * x + y * y <= 4.0:
                x, y = x * x - y * y + cx, 2.0 * x * y + cy
                steps += 1
            counts[row, column] = steps


def mandelbrot_complex(counts: nm.i8[:, :], most: int) -> None:
    """As `mandelbrot`, with complex numbers and a `break`."""
    rows = counts.shape[0]
    columns = counts.shape[1]
    for row in range(rows):
        for column in range(columns):
            c = complex(3.0 * column / columns - 2.0, 3.0 * row / rows - 1.5)
            z = 0.0 + 0.0j
            steps = most
            for step in range(most):
                if z.real * z.real + z.imag * z.imag > 4.0:
                    steps = step
                    break
                z = z * z + c
            counts[row, column] = steps


def sieve(prime: nm.b1[:]) -> int:
    """Marks the primes among the indices by Eratosthenes' sieve and counts them."""
    n = prime.shape[0]
    for i in range(n):
        prime[i] = i >= 2
    count = 0
    for i in range(2, n):
        if prime[i]:
            count += 1
            for multiple in range(i * i, n, i):
                prime[multiple] = False
    return count


def sieve_while(prime: nm.b1[:]) -> int:
    """As `sieve`, with a `while` in place of the range with a run-time step."""
    n = prime.shape[0]
    for i in range(n):
        prime[i] = i >= 2
    count = 0
    for i in range(2, n):
        if prime[i]:
            count += 1
            multiple = i * i
            while multiple < n:
                prime[multiple] = False
                multiple += i
    return count


def queens(
    n: int, place: nm.i8[:], column_taken: nm.b1[:], up_taken: nm.b1[:], down_taken: nm.b1[:]
) -> int:
    """The number of ways to put n queens on an n x n board; backtracking without recursion.

    `place[row]` is the column tried last in a row, -1 for none. The arrays of what is taken are all
    False before and after.
    """
    solutions = 0
    row = 0
    place[0] = -1
    while row >= 0:
        column = place[row]
        if column >= 0:
            column_taken[column] = False
            up_taken[row + column] = False
            down_taken[row - column + n] = False
        column += 1
        while column < n:
            if not (column_taken[column] or up_taken[row + column] or down_taken[row - column + n]):
                break
            column += 1
        if column == n:
            row -= 1
        elif row == n - 1:
            solutions += 1
            row -= 1
        else:
            place[row] = column
            column_taken[column] = True
            up_taken[row + column] = True
            down_taken[row - column + n] = True
            row += 1
            place[row] = -1
    return solutions


def edit_distance(a: nm.u1[:], b: nm.u1[:], table: nm.i8[:, :]) -> int:
    """Levenshtein's distance of two texts; `table[i, j]` is that of their first i and j letters."""
    n = a.shape[0]
    m = b.shape[0]
    for i in range(n + 1):
        table[i, 0] = i
    for j in range(m + 1):
        table[0, j] = j
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            best = table[i - 1, j - 1]
            if a[i - 1] != b[j - 1]:
                best += 1
            if table[i - 1, j] + 1 < best:
                best = table[i - 1, j] + 1
            if table[i, j - 1] + 1 < best:
                best = table[i, j - 1] + 1
            table[i, j] = best
    return table[n, m]


def quicksort(values: nm.f8[:], stack: nm.i8[:]) -> None:
    """Sorts in place (Hoare's partition); the larger part waits on the stack."""
    stack[0] = 0
    stack[1] = values.shape[0] - 1
    top = 2
    while top > 0:
        top -= 2
        low = stack[top]
        high = stack[top + 1]
        while low < high:
            pivot = values[(low + high) // 2]
            i = low
            j = high
            while i <= j:
                while values[i] < pivot:
                    i += 1
                while values[j] > pivot:
                    j -= 1
                if i <= j:
                    values[i], values[j] = values[j], values[i]
                    i += 1
                    j -= 1
            if j - low < high - i:
                stack[top] = i
                stack[top + 1] = high
                high = j
            else:
                stack[top] = low
                stack[top + 1] = j
                low = i
            top += 2
    # Parts of one element or none are pushed too; taking them off again costs next to nothing.


def life(grid: nm.u1[:, :], new: nm.u1[:, :], generations: int) -> None:
    """Generations of Conway's game on a board whose border stays dead."""
    rows = grid.shape[0]
    columns = grid.shape[1]
    for _ in range(generations):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                around = (
                    grid[i - 1, j - 1]
                    + grid[i - 1, j]
                    + grid[i - 1, j + 1]
                    + grid[i, j - 1]
                    + grid[i, j + 1]
                    + grid[i + 1, j - 1]
                    + grid[i + 1, j]
                    + grid[i + 1, j + 1]
                )
                if around == 3:
                    new[i, j] = 1
                elif around == 2:
                    new[i, j] = grid[i, j]
                else:
                    new[i, j] = 0
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                grid[i, j] = new[i, j]
