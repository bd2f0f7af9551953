@echo off
rem Tradeseal on Windows, over the same script as run.sh: prepares what is missing, then trades on http://127.0.0.1:8000.
rem UNTESTED: nobody has run this on Windows yet. The chain runs in eth-tester there; `run.bat --help` lists the options.
setlocal
set "PYTHONUTF8=1"
if defined TRADESEAL_PYTHON (
    set python="%TRADESEAL_PYTHON%"
    goto found
)
set "python=py -3"
where py >nul 2>nul
if not errorlevel 1 goto found
set "python=python"
where python >nul 2>nul
if not errorlevel 1 goto found
echo Tradeseal needs Python 3.11 or newer; none was found on PATH. Install one, or name it: set TRADESEAL_PYTHON=... 1>&2
exit /b 1
:found
%python% "%~dp0scripts\bootstrap.py" run %*
exit /b %errorlevel%
