"""Textbook algorithms on sequences as plain Python loops: sorting, searching, text, tables."""
# ruff: noqa: B007, B905, SIM102, SIM113 - the kernels are written as users write them

import math

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()


def shuffled(n=9, dtype="i8"):
    return ((np.arange(n) * 7 + 3) % 11).astype(dtype)


def text(letters):
    return np.frombuffer(letters.encode(), "u1").copy()


def work(*shape):
    return np.zeros(shape, "i8")


ARRAYS = ((shuffled(),), (shuffled(1),), (shuffled(0),), (shuffled(2)[::-1],), (work(4),))


@case(*ARRAYS)
@nm.jit
def insertion_sort(a: nm.i8[:]) -> None:
    for i in range(1, len(a)):
        key = a[i]
        j = i - 1
        while j >= 0 and a[j] > key:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = key


@case((shuffled(9, "f4"),), (np.array([2.0, math.nan, 1.0, -0.0, 0.0], "f4"),))
@nm.jit
def insertion_sort_of_f4(a: nm.f4[:]) -> None:
    for i in range(1, len(a)):
        j = i
        while j > 0 and a[j - 1] > a[j]:
            a[j - 1], a[j] = a[j], a[j - 1]
            j -= 1


@case(*ARRAYS)
@nm.jit
def bubble_sort(a: nm.i8[:]) -> int:
    swaps = 0
    n = len(a)
    swapped = True
    while swapped:
        swapped = False
        for i in range(1, n):
            if a[i - 1] > a[i]:
                a[i - 1], a[i] = a[i], a[i - 1]
                swapped = True
                swaps += 1
        n -= 1
    return swaps


@case(*ARRAYS)
@nm.jit
def selection_sort(a: nm.i8[:]) -> None:
    for i in range(len(a)):
        smallest = i
        for j in range(i + 1, len(a)):
            if a[j] < a[smallest]:
                smallest = j
        if smallest != i:
            a[i], a[smallest] = a[smallest], a[i]


@case(*ARRAYS)
@nm.jit
def shell_sort(a: nm.i8[:]) -> None:
    gap = len(a) // 2
    while gap > 0:
        for i in range(gap, len(a)):
            t = a[i]
            j = i
            while j >= gap and a[j - gap] > t:
                a[j] = a[j - gap]
                j -= gap
            a[j] = t
        gap //= 2


@case(*ARRAYS)
@nm.jit
def heap_sort(a: nm.i8[:]) -> None:
    n = len(a)
    start, end = n // 2, n
    while end > 1:
        if start > 0:
            start -= 1
        else:
            end -= 1
            a[0], a[end] = a[end], a[0]
        root = start
        while True:
            child = 2 * root + 1
            if child >= end:
                break
            if child + 1 < end and a[child + 1] > a[child]:
                child += 1
            if a[root] >= a[child]:
                break
            a[root], a[child] = a[child], a[root]
            root = child


@case((shuffled(), work(40)), (shuffled(1), work(4)), (shuffled(0), work(4)), (work(6), work(30)))
@nm.jit
def quicksort_with_a_stack(a: nm.i8[:], stack: nm.i8[:]) -> None:
    top = 0
    stack[0], stack[1] = 0, len(a) - 1
    while top >= 0:
        low, high = stack[2 * top], stack[2 * top + 1]
        top -= 1
        while low < high:
            pivot = a[(low + high) // 2]
            i, j = low, high
            while i <= j:
                while a[i] < pivot:
                    i += 1
                while a[j] > pivot:
                    j -= 1
                if i <= j:
                    a[i], a[j] = a[j], a[i]
                    i += 1
                    j -= 1
            if i < high:
                top += 1
                stack[2 * top], stack[2 * top + 1] = i, high
            high = j


@case((shuffled(9), work(9)), (shuffled(8), work(8)), (shuffled(1), work(1)), (work(0), work(0)))
@nm.jit
def merge_sort_bottom_up(a: nm.i8[:], b: nm.i8[:]) -> None:
    n = len(a)
    width = 1
    while width < n:
        for low in range(0, n, 2 * width):
            middle = min(low + width, n)
            high = min(low + 2 * width, n)
            i, j = low, middle
            for k in range(low, high):
                if i < middle and (j >= high or a[i] <= a[j]):
                    b[k] = a[i]
                    i += 1
                else:
                    b[k] = a[j]
                    j += 1
        for k in range(n):
            a[k] = b[k]
        width *= 2


@case((shuffled(9, "u1"), work(12)), (np.zeros(0, "u1"), work(12)))
@nm.jit
def counting_sort(a: nm.u1[:], counts: nm.i8[:]) -> None:
    for x in a:
        counts[x] += 1
    k = 0
    for value in range(len(counts)):
        for _ in range(counts[value]):
            a[k] = value
            k += 1


@case((np.arange(0, 20, 2), 6), (np.arange(0, 20, 2), 7), (np.arange(0, 20, 2), -1))
@case((np.arange(0, 20, 2), 18), (work(0), 1), (work(1), 0))
@nm.jit
def binary_search(a: nm.i8[:], x: int) -> int:
    low, high = 0, len(a) - 1
    while low <= high:
        middle = (low + high) // 2
        if a[middle] == x:
            return middle
        elif a[middle] < x:
            low = middle + 1
        else:
            high = middle - 1
    return -1


@case((np.array([1.0, 2.0, 2.0, 5.0]), 2.0), (np.array([1.0]), 9.0), (np.zeros(0), 1.0))
@nm.jit
def bisect_left_and_right(a: nm.f8[:], x: float):
    low, high = 0, len(a)
    while low < high:
        middle = (low + high) // 2
        if a[middle] < x:
            low = middle + 1
        else:
            high = middle
    first, high = low, len(a)
    while low < high:
        middle = (low + high) // 2
        if x < a[middle]:
            high = middle
        else:
            low = middle + 1
    return first, low


@case((shuffled(), 4, work(40)), (shuffled(), 0, work(40)), (shuffled(1), 0, work(4)))
@nm.jit
def quickselect(a: nm.i8[:], k: int, unused: nm.i8[:]):
    low, high = 0, len(a) - 1
    while True:
        if low == high:
            return a[low]
        pivot = a[high]
        store = low
        for i in range(low, high):
            if a[i] < pivot:
                a[i], a[store] = a[store], a[i]
                store += 1
        a[store], a[high] = a[high], a[store]
        if k == store:
            return a[k]
        if k < store:
            high = store - 1
        else:
            low = store + 1


@case((shuffled(),), (shuffled(1),), (work(0),))
@nm.jit
def prefix_sums(a: nm.i8[:]) -> None:
    s = 0
    for i in range(len(a)):
        s += a[i]
        a[i] = s


@case((np.array([-2, 1, -3, 4, -1, 2, 1, -5, 4]),), (np.array([-3, -1]),), (work(1),))
@nm.jit
def largest_sum_of_a_run(a: nm.i8[:]) -> int:
    best = current = a[0]
    for i in range(1, len(a)):
        current = max(a[i], current + a[i])
        best = max(best, current)
    return best


@case((np.array([2, 2, 1, 1, 2, 2, 3]),), (work(1),), (work(0),))
@nm.jit
def majority_vote(a: nm.i8[:]) -> int:
    candidate, count = -1, 0
    for x in a:
        if count == 0:
            candidate = int(x)
        if candidate == x:
            count += 1
        else:
            count -= 1
    return candidate


@case((np.array([0.1, 0.5, 0.99, 1.0, -0.1, np.nan, 0.25]), work(4)), (np.zeros(0), work(3)))
@nm.jit
def histogram(a: nm.f8[:], counts: nm.i8[:]) -> int:
    outside = 0
    for x in a:
        if not 0.0 <= x < 1.0:
            outside += 1
            continue
        counts[int(x * len(counts))] += 1
    return outside


@case((text("aaabccdddd"), text("." * 20)), (text("abc"), text("." * 6)), (text(""), text("")))
@nm.jit
def run_length_encoding(data: nm.u1[:], out: nm.u1[:]) -> int:
    k = i = 0
    n = len(data)
    while i < n:
        run = 1
        while i + run < n and data[i + run] == data[i]:
            run += 1
        out[k] = run
        out[k + 1] = data[i]
        k += 2
        i += run
    return k


@case((text("abcabcabd"), text("abcabd"), work(6)), (text("aaaa"), text("b"), work(1)))
@case((text("aaab"), text("aab"), work(3)), (text("ab"), text("abc"), work(3)))
@nm.jit
def knuth_morris_pratt(data: nm.u1[:], pattern: nm.u1[:], failure: nm.i8[:]) -> int:
    k = 0
    for i in range(1, len(pattern)):
        while k > 0 and pattern[k] != pattern[i]:
            k = failure[k - 1]
        if pattern[k] == pattern[i]:
            k += 1
        failure[i] = k
    k = 0
    for i in range(len(data)):
        while k > 0 and pattern[k] != data[i]:
            k = failure[k - 1]
        if pattern[k] == data[i]:
            k += 1
        if k == len(pattern):
            return i - k + 1
    return -1


@case((text("hello world"), text("o w")), (text("aaa"), text("ab")), (text("a"), text("")))
@nm.jit
def naive_search(data: nm.u1[:], pattern: nm.u1[:]) -> int:
    for i in range(len(data) - len(pattern) + 1):
        for j in range(len(pattern)):
            if data[i + j] != pattern[j]:
                break
        else:
            return i
    return -1


@case((text("kitten"), text("sitting"), work(7, 8)), (text(""), text("ab"), work(1, 3)))
@case((text("abc"), text("abc"), work(4, 4)))
@nm.jit
def edit_distance(s: nm.u1[:], t: nm.u1[:], d: nm.i8[:, :]) -> int:
    for i in range(len(s) + 1):
        d[i, 0] = i
    for j in range(len(t) + 1):
        d[0, j] = j
    for i in range(1, len(s) + 1):
        for j in range(1, len(t) + 1):
            cost = 0 if s[i - 1] == t[j - 1] else 1
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + cost)
    return d[len(s), len(t)]


@case((text("kitten"), text("sitting"), work(8), work(8), 5))
@case((text("kitten"), text("sitting"), work(8), work(8), 1))
@nm.jit
def edit_distance_with_an_early_exit(
    s: nm.u1[:], t: nm.u1[:], last: nm.i8[:], row: nm.i8[:], limit: int
) -> int:
    for j in range(len(t) + 1):
        last[j] = j
    for i in range(1, len(s) + 1):
        row[0] = i
        smallest = i
        for j in range(1, len(t) + 1):
            if s[i - 1] == t[j - 1]:
                row[j] = last[j - 1]
            else:
                row[j] = 1 + min(last[j], row[j - 1], last[j - 1])
            if row[j] < smallest:
                smallest = int(row[j])
        if smallest > limit:
            return -1
        for j in range(len(t) + 1):
            last[j] = row[j]
    return last[len(t)]


@case((text("ACACACTA"), text("AGCACACA"), work(9, 9)), (text("A"), text("C"), work(2, 2)))
@nm.jit
def smith_waterman(s: nm.u1[:], t: nm.u1[:], h: nm.i8[:, :]):
    best, best_i, best_j = 0, 0, 0
    for i in range(1, len(s) + 1):
        for j in range(1, len(t) + 1):
            score = int(h[i - 1, j - 1]) + (2 if s[i - 1] == t[j - 1] else -1)
            score = max(score, int(h[i - 1, j]) - 1, int(h[i, j - 1]) - 1, 0)
            h[i, j] = score
            if score > best:
                best, best_i, best_j = score, i, j
    return best, best_i, best_j


@case((text("AGGTAB"), text("GXTXAYB"), work(7, 8)))
@nm.jit
def longest_common_subsequence(s: nm.u1[:], t: nm.u1[:], d: nm.i8[:, :]) -> int:
    for i, x in enumerate(s):
        for j, y in enumerate(t):
            if x == y:
                d[i + 1, j + 1] = d[i, j] + 1
            else:
                d[i + 1, j + 1] = max(d[i, j + 1], d[i + 1, j])
    return d[len(s), len(t)]


@case((shuffled(), work(9)), (shuffled(1), work(1)), (work(0), work(0)))
@nm.jit
def longest_increasing_subsequence(a: nm.i8[:], length: nm.i8[:]) -> int:
    best = 0
    for i in range(len(a)):
        length[i] = 1
        for j in range(i):
            if a[j] < a[i] and length[j] + 1 > length[i]:
                length[i] = length[j] + 1
        if length[i] > best:
            best = int(length[i])
    return best


@case((np.array([40, 20, 30, 10, 30]), work(4, 4)), (np.array([10, 20]), work(1, 1)))
@nm.jit
def matrix_chain(p: nm.i8[:], m: nm.i8[:, :]) -> int:
    n = len(p) - 1
    for length in range(2, n + 1):
        for i in range(n - length + 1):
            j = i + length - 1
            m[i, j] = 2**62
            for k in range(i, j):
                q = m[i, k] + m[k + 1, j] + p[i] * p[k + 1] * p[j + 1]
                if q < m[i, j]:
                    m[i, j] = q
    return m[0, n - 1]


@case((np.array([1, 3, 4, 5]), np.array([1, 4, 5, 7]), work(8)), (work(0), work(0), work(3)))
@nm.jit
def knapsack(weight: nm.i8[:], value: nm.i8[:], best: nm.i8[:]) -> int:
    capacity = len(best) - 1
    for w, v in zip(weight, value):
        for c in range(capacity, w - 1, -1):
            best[c] = max(best[c], best[c - w] + v)
    return best[capacity]


@case((np.array([1, 2, 5]), work(12)), (np.array([7]), work(3)))
@nm.jit
def coin_change(coins: nm.i8[:], ways: nm.i8[:]) -> int:
    ways[0] = 1
    for coin in coins:
        for amount in range(coin, len(ways)):
            ways[amount] += ways[amount - coin]
    return ways[-1]


@case((np.array([0, 1, 0, 2, 1, 0, 1, 3, 2, 1, 2, 1]),), (work(0),), (work(1),))
@nm.jit
def water_between_walls(height: nm.i8[:]) -> int:
    left, right = 0, len(height) - 1
    left_wall = right_wall = water = 0
    while left < right:
        if height[left] < height[right]:
            left_wall = max(left_wall, int(height[left]))
            water += left_wall - int(height[left])
            left += 1
        else:
            right_wall = max(right_wall, int(height[right]))
            water += right_wall - int(height[right])
            right -= 1
    return water


@case((text("(()[])"), text("......")), (text("(]"), text("..")), (text("(("), text("..")))
@nm.jit
def balanced_brackets(data: nm.u1[:], stack: nm.u1[:]) -> bool:
    top = 0
    for c in data:
        if c == 40 or c == 91:
            stack[top] = c
            top += 1
            continue
        if top == 0:
            return False
        top -= 1
        if (c == 41 and stack[top] != 40) or (c == 93 and stack[top] != 91):
            return False
    return top == 0


@case((text("-1234x"),), (text("42"),), (text(""),), (text("x"),))
@nm.jit
def parse_integer(data: nm.u1[:]) -> int:
    sign, i, n = 1, 0, 0
    if len(data) > 0 and data[0] == 45:
        sign, i = -1, 1
    while i < len(data) and 48 <= data[i] <= 57:
        n = n * 10 + int(data[i]) - 48
        i += 1
    return sign * n


@case.each
def test_an_algorithm_on_sequences(kernel, args):
    same_as_python(kernel, *args)
