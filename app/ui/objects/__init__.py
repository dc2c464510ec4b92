"""监测对象: clues and cases in their steps, from 排 to 销."""
