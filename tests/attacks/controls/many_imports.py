"""Imports what files of this kind import, some of it only where it is there."""

import argparse
import asyncio
import collections
import concurrent.futures
import ctypes
import dataclasses
import datetime
import email
import functools
import getpass
import glob
import hashlib
import http.client
import json
import multiprocessing
import os.path
import pdb
import pickle
import random
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import unittest
import urllib.request
import xml.etree.ElementTree
import zoneinfo

import numpy as np

try:
    import matplotlib.pyplot as plt
except ImportError:
    plt = None
used = (argparse, asyncio, collections, concurrent, ctypes, dataclasses, datetime, email, functools, getpass, glob)
more = (hashlib, http, json, multiprocessing, os, pdb, pickle, random, re, shutil, socket, sqlite3, ssl, subprocess)
last = (tempfile, unittest, urllib, xml, zoneinfo, np.fft.fft(np.ones(4)), np.linalg.svd(np.eye(2)))
